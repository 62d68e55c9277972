"""Texts for the parity report of a model that is exported without texts of its own.

They were written for this file: from one word to a long paragraph, questions, numbers, marks, odd
    spacing.
"""

_SHORT = (
    "Yes",
    "No, thanks.",
    "Where is my parcel?",
    "Best coffee in town!",
    "never again",
    "Call me at six",
    "It broke on day two.",
    "Bonjour, ça va?",
    "50% off, today only!!!",
    "The battery lasts 11,5 hours",
    "I can't log in to my account",
    "What's the weather like in Oslo?",
    "My card was charged twice for $39.99",
    "A quiet, patient film about growing old",
    "Play the last album by that band from Leeds",
    "the plot made no sense and neither did the ending",
    "Could you please move our meeting to Tuesday at 3:30 pm?",
    "Set an alarm for 7,   and another one for 7:15",
)

_MIDDLE = (
    "The sound is fine for the price, but the cable is far too short to reach the wall behind my "
    "desk.",
    "I ordered the blue one in size 42 and got a green one in size 40; who do I talk to about an "
    "exchange?",
    "CONGRATULATIONS! Your number has been drawn. Reply WIN to 80888 within 24 hours to claim "
    "your voucher.",
    "We came for the soup and stayed for the cake. The staff remembered us from last year, which "
    "was lovely.",
    "The second act drags, the jokes are older than the actors, and yet I laughed more than I "
    "care to admit.",
    "How long does it take until a transfer from my savings account shows up, and is there a fee "
    "on weekends?",
    "After the update the screen stays black for about a minute, then it works as if nothing had "
    "happened.",
    "She runs ten kilometres every morning before breakfast, whatever the weather, and has done "
    "so since 1998.",
    "Remind me to water the plants on the balcony every other day while the neighbours are on "
    "holiday, please.",
    "It is not the worst restaurant in the street, I suppose; the one next to it closed down in "
    "the spring.",
)

_LONG = (
    "I bought this kettle in March after reading a good review. It looks smart and boils a litre "
    "in under three minutes, which is quick. The lid, however, has to be pressed down twice "
    "before it closes, the scale inside cannot be read without a torch, and the handle gets so "
    "warm that my mother would not use it. When I wrote to the shop they answered within an "
    "hour, apologised, and sent a new one the next day. The new one is better in every respect, "
    "so I am giving four stars: three for the kettle and one for the people who sell it.",
    "The museum stands at the far end of the harbour, in a hall where ships' engines used to be "
    "built. On the ground floor there are models, maps and a great many photographs; upstairs, "
    "children can load a crane and steer a tug. What I liked most was a room with nothing in it "
    "but recordings: dockers, cooks, a radio operator and a girl who had stowed away in 1951 "
    "tell their stories, each for about five minutes, and one could stay there all afternoon. "
    "Tickets cost 9 euros, 4 for students. Bring a coat, since the hall is not heated, and go "
    "early in the week: on Sundays the queue for the crane reaches the door. There is a small "
    "cafe with decent soup.",
    "Good morning. On Friday I asked the hotline why my new router drops the connection every "
    "evening at about eight. I was told to restart it, to move it away from the microwave, and "
    "to buy a longer cable. I have done all of this. The connection still drops, now at about "
    "nine. My neighbour, who has the same contract, has the same trouble. May I suggest that the "
    "fault lies with the line and not with my kitchen? Please send someone who can measure it. I "
    "am at home on Monday and Wednesday until noon, and on Thursday all day long.",
)

SAMPLE_TEXTS: tuple[str, ...] = (*_SHORT, *_MIDDLE, *_LONG, " ".join(_LONG))
"""A few dozen English texts of 3 to about 400 tokens."""
