"""Makes a word tokenizer for the clients that insist on one. Run it in a client's own Python: it needs transformers.

usage: make_tokenizer.py DIRECTORY

Nothing is fetched. The vocabulary is the words of the Python standard library's sources and every printable character,
so that any prompt has tokens and a prompt of N tokens can be made.
"""
import collections
import pathlib
import re
import sys
import sysconfig

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

TEMPLATE = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }}\n{% endfor %}"


def main(directory: str) -> None:
    counts: collections.Counter[str] = collections.Counter()
    for source in sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py")):
        counts.update(re.findall(r"[a-z]{2,}", source.read_text(errors="replace")))
    words = ["<unk>", "<s>", "</s>"] + [chr(c) for c in range(33, 127)] + [word for word, _ in counts.most_common(8000)]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.WordPiece()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>",
                            chat_template=TEMPLATE).save_pretrained(directory)


if __name__ == "__main__":
    main(sys.argv[1])
