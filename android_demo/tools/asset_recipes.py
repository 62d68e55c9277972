"""The models of the Android app: what each is trained on, and what the app shows of it."""

import dataclasses

QUICK_SHARE = {"sentiment": 0.12, "spam": 0.06, "banking77": 0.09, "intents": 0.05, "slots": 0.1}
"""Of the texts, for a quick model."""


@dataclasses.dataclass(frozen=True)
class Passage:
    """A passage to try, and what can be asked about it, with the right answers.

    Args:
        text: the passage.
        questions: each with its answer, which stands in the passage once.
    """

    text: str
    questions: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """One model of the app.

    Args:
        title: what the app calls the model, by language.
        about: one sentence on what it does, by language.
        attribution: of the training data.
        data: name of the data set, as `demo_data` knows it; None for SQuAD, which does not come with the package and on
            which `benchmarks.squad` trains.
        screen: of the app, that shows it: `"classify"`, `"ask"` or `"commands"`.
        task: as `albert-tf finetune --task` calls it.
        companion: the model that tells what is wanted with the texts in which this one finds entities.
        examples: texts to try.
        passages: to try, for a model that answers questions.
        names: what the app calls a label, where the data set only numbers it.
        early_exit: whether the model may answer after any layer.
        options: of the fine-tuning, where they are not the command's own.
    """

    title: dict[str, str]
    about: dict[str, str]
    attribution: str
    data: str | None = None
    screen: str = "classify"
    task: str = "classification"
    companion: str | None = None
    examples: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    early_exit: bool = False
    options: tuple[str, ...] = ()


COMMANDS = (
    "Play something by Nina Simone on Spotify",
    "Book a table for four at an Italian place in Boston tomorrow night",
    "Will it snow in Oslo this weekend?",
    "Give the last book I read four out of five stars",
)
SNIPS = "SNIPS voice commands, Coucke et al. 2018, CC0 1.0"

RECIPES = {
    "sentiment": Recipe(
        data="uci_sentences",
        title={"en": "Sentiment", "zh": "情感"},
        about={
            "en": "Tells whether a sentence of a review is positive or negative.",
            "zh": "判断评论中的一句话是正面还是负面。",
        },
        examples=(
            "The food was wonderful and the staff could not have been kinder.",
            "It broke after two days, and nobody answered my letters.",
            "Not bad at all, I would go again.",
        ),
        attribution="Sentiment Labelled Sentences, Kotzias et al. 2015, CC BY 4.0",
        names={"0": "negative", "1": "positive"},
        early_exit=True,
    ),
    "spam": Recipe(
        data="sms_spam",
        title={"en": "Spam", "zh": "垃圾短信"},
        about={
            "en": "Tells unwanted text messages (spam) from wanted ones (ham).",
            "zh": "区分垃圾短信（spam）和正常短信（ham）。",
        },
        examples=(
            "Congratulations! You have won a prize of 1000 pounds. Call 09061701461 to claim it now.",
            "I am on the bus, see you at home in ten minutes.",
            "Can you bring the keys when you come tonight?",
        ),
        attribution="SMS Spam Collection, Almeida and Gómez Hidalgo 2011, CC BY 4.0",
        early_exit=True,
    ),
    "banking77": Recipe(
        data="banking77",
        title={"en": "Bank queries", "zh": "银行咨询"},
        about={
            "en": "Finds which of 77 wishes a customer has who writes to a bank.",
            "zh": "识别客户写给银行的内容属于 77 种意图中的哪一种。",
        },
        examples=(
            "My card has still not arrived after two weeks.",
            "Why was I charged a fee for taking out cash?",
            "How do I change my PIN?",
        ),
        attribution="BANKING77, Casanueva et al. 2020, CC BY 4.0",
    ),
    "intents": Recipe(
        data="snips",
        title={"en": "Voice commands", "zh": "语音指令"},
        about={
            "en": "Tells which of seven things a command to a voice assistant wants.",
            "zh": "判断对语音助手说的指令想要的是七种事情中的哪一种。",
        },
        examples=COMMANDS,
        attribution=SNIPS,
        early_exit=True,
        options=("--batch-size", "32", "--learning-rate", "3e-4", "--sequence-length", "64"),
    ),
    "slots": Recipe(
        data="snips",
        screen="commands",
        task="token-classification",
        companion="intents",
        title={"en": "Voice commands", "zh": "语音指令"},
        about={
            "en": "Tells what a command to a voice assistant wants, and marks what it is about.",
            "zh": "判断对语音助手说的指令想要什么，并标出所涉及的内容。",
        },
        examples=COMMANDS,
        attribution=SNIPS,
        options=(
            *("--batch-size", "32", "--learning-rate", "3e-4", "--sequence-length", "64"),
            *("--epochs", "10", "--hidden-dropout-prob", "0.1"),
        ),
    ),
    "questions": Recipe(
        screen="ask",
        task="question-answering",
        title={"en": "Questions", "zh": "问答"},
        about={
            "en": "Finds the answer to a question in a passage.",
            "zh": "在一段文章中找出问题的答案。",
        },
        passages=(
            Passage(
                "The Suez Canal links the Mediterranean with the Red Sea. It was opened on 17 November 1869, after ten "
                "years of digging led by the French diplomat Ferdinand de Lesseps. Ships that take it save about 9,000 "
                "kilometres on the way from London to Mumbai. In March 2021 the container ship Ever Given ran aground "
                "there and blocked all traffic for six days.",
                {
                    "When was the canal opened?": "17 November 1869",
                    "Who led the digging?": "Ferdinand de Lesseps",
                    "How long was the traffic blocked?": "six days",
                },
            ),
            Passage(
                "Honey bees tell each other by dancing where flowers are. In the waggle dance a bee runs straight "
                "ahead while it shakes its body, and circles back to where it began. The angle of the run against the "
                "vertical shows the direction of the flowers from the sun, and the time that it takes shows how far "
                "they are. Karl von Frisch found out what the dance means, and received a Nobel Prize in 1973.",
                {
                    "Who found out what the dance means?": "Karl von Frisch",
                    "What does a bee shake?": "its body",
                    "When did he receive a Nobel Prize?": "1973",
                },
            ),
        ),
        attribution="SQuAD 1.1, Rajpurkar et al. 2016, CC BY-SA 4.0",
    ),
}
