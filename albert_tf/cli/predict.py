"""Answer with a fine-tuned preset or an exported TFLite file: classes, values, answers, entities or choices.

Without TEXT and --file, or with - as TEXT, reads standard input, one text a line, and answers each line as it comes;
empty lines are passed over, and counted in the end. Prints one line for each text, its cells separated by tabs: the
answer, its probability, and the text, and its pair if it has one. The answer is a label or a value; of a question what
answers it in the --context, or - where nothing does; of entities their labels, characters, texts and probabilities;
of choices the best. With --json an object with all that the model says, such as every label's probability.

  albert-tf predict reviews.tflite "well worth the money"
  albert-tf predict runs/reviews/model --file new.csv --text review --json > answers.jsonl
  albert-tf predict pairs.tflite "Somebody makes music." --pair-text "A man plays."
  albert-tf predict answers.tflite "Who wrote it?" --context article.txt
  albert-tf predict entities.tflite "Wake me at six in Rome" --json
  albert-tf predict choices.tflite "What barks?" --choice "a dog" --choice "a cat"
  albert-tf predict published/ "well worth the money" --class-names bad good
  tail -f messages.txt | albert-tf predict spam.tflite
"""

from albert_tf.cli.answer_input import (
    add_input_arguments,
    check_arguments_of_head,
    check_input_arguments,
    portions,
)
from albert_tf.cli.answerer import load_answerer
from albert_tf.cli.console import answer, answer_json, flush_answers
from albert_tf.cli.model_arguments import add_class_names
from albert_tf.cli.shown_answers import cells, json_object

NAME = "predict"
HELP = "answer texts with a preset or a TFLite file"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf predict`."""
    parser.add_argument(
        "model", metavar="MODEL", help="a fine-tuned preset folder, or a .tflite file"
    )
    add_input_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object for each text")
    add_class_names(parser)


def run(args) -> None:
    """Runs `albert-tf predict`."""
    check_input_arguments(args)
    answerer = load_answerer(args.model, args.class_names)
    check_arguments_of_head(args, answerer.head)
    for columns, given in portions(args, answerer.head):
        for asked, found in zip(given, answerer.answer(*columns), strict=True):
            if args.json:
                answer_json(json_object(asked, found, answerer.task))
            else:
                answer("\t".join(cells(asked, found, answerer.task)))
        flush_answers()
