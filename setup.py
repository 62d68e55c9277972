"""Packaging: what the package needs to answer, the extras, and the `albert-tf` command."""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
version: dict = {}
exec((ROOT / "albert_tf" / "version.py").read_text("utf-8"), version)  # the one place it is stated

# What answers from an exported file. Tests hold that it needs nothing else, and `make test-versions` runs both ends of
# every range here: an end that fails there is not in the range.
BASE = [
    "numpy>=2.0,<3",
    "ai-edge-litert>=2.1,<3",  # earlier ones hang after a fork, or cannot be loaded beside TensorFlow
]
# What trains and exports. tensorflow-text, which cuts texts inside a graph, has no wheels for Windows.
TENSORFLOW = [
    "tensorflow>=2.20,<2.22",
    'tensorflow-text>=2.20,<2.22; sys_platform != "win32"',
    "keras>=3.10,<4",
    "safetensors>=0.5,<1",
    "h5py>=3.11,<4",
    "ml_dtypes>=0.5.1,<1",
    "protobuf>=5.28.3,<8",  # TensorFlow 2.20's own messages refuse an older one
    "flatbuffers>=24.3.25,<27",
    "scikit-learn>=1.5,<2",
    "scipy>=1.13,<2",
    "pandas>=2.2.2,<4",
    "rich>=13,<16",
]
MODEL_GARDEN = ["tf-models-official==2.20.0", "tf-keras>=2.20,<2.22", "pyyaml>=6,<7"]
HUB = ["huggingface_hub>=0.30,<1"]
PLOTS = ["matplotlib>=3.9,<4", "tensorboard>=2.20,<2.22"]
JAX = ["jax>=0.5,<1"]
DISTILL = ["tokenizers>=0.20,<1"]  # a BERT teacher's WordPiece; and a packaged teacher, by hand
# Their trainers. SentencePiece 0.2.3 makes fewer pieces of the same texts than asked for, and 0.2.1 as many.
VOCABULARY = ["sentencepiece>=0.2.1,<0.2.2", "tokenizers>=0.20,<1"]
ZH = ["jieba>=0.42.1,<1"]  # Chinese words, to be masked whole; 0.42.1 is its last release, of 2020
BEAM = ["apache-beam>=2.77,<3"]
QUANTIZE = ["ai-edge-quantizer==0.10.0"]  # int4 weights and int8 activations; it wants one LiteRT
PEERS = ["keras-hub==0.32.0", "transformers==4.57.6", "onnxruntime==1.32.0", "onnx>=1.17,<2"]
PEERS += ["sentencepiece==0.2.1"]  # later ones want a newer protobuf than TensorFlow 2.20 takes
TEST = [
    "pytest>=8,<10",
    "pytest-xdist>=3.6,<4",
    "filelock>=3.12,<5",  # for what its workers share
    "hypothesis>=6.100,<7",
    "sentencepiece>=0.2.1,<0.2.2",  # what its own segmenter says of a text
    "setuptools>=77,<100",  # tests build the wheel without asking an index
    "wheel>=0.43,<1",
    "uv>=0.8,<1",  # resolves for other platforms than this one
]
EXTRAS = {
    "tensorflow": TENSORFLOW,
    "model-garden": [*TENSORFLOW, *MODEL_GARDEN],
    "quantize": [*TENSORFLOW, *QUANTIZE],
    "scale": [*TENSORFLOW, *JAX, *BEAM],
    "distill": [*TENSORFLOW, *DISTILL],
    "vocabulary": VOCABULARY,
    "zh": [*TENSORFLOW, *ZH],
    "hub": [*TENSORFLOW, *HUB],
    "plots": [*TENSORFLOW, *PLOTS],
    "test": TEST,
    "dev": [
        *TENSORFLOW,
        *MODEL_GARDEN,
        *HUB,
        *PLOTS,
        *JAX,
        *BEAM,
        *DISTILL,
        *VOCABULARY,
        *ZH,
        *QUANTIZE,
        *PEERS,
        *TEST,
        "ruff>=0.9,<1",
        "mypy>=1.13,<3",
    ],
}

setup(
    name="albert-tf",
    version=version["__version__"],
    description="ALBERT for TensorFlow and Keras 3: from a table of texts to a TFLite file that answers.",
    long_description=(ROOT / "README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    python_requires=">=3.11,<3.14",
    packages=[
        *find_packages(include=["albert_tf", "albert_tf.*"]),
        "albert_tf.export",
        "albert_tf.configs",
        "albert_tf.configs.distillation",
        "albert_tf.configs.models",
        "albert_tf.configs.pretraining",
        "albert_tf.configs.recipes",
        "albert_tf.configs.recipes.glue",
        "albert_tf.configs.recipes.glue.albert_small_en",
    ],
    py_modules=["albert_tf_command"],
    package_dir={"albert_tf.export": "export", "albert_tf.configs": "configs"},
    package_data={
        "albert_tf": ["py.typed", "presets/*/*"],
        "albert_tf.configs": [
            "distillation/*.json",
            "models/*.json",
            "pretraining/*.json",
            "recipes/*.json",
            "recipes/glue/*.json",
            "recipes/glue/*/*.json",
        ],
        "albert_tf.tokenizer": ["assets/*"],
        "albert_tf.tasks": ["assets/*"],
        "albert_tf.web": ["runtime/*", "runtime/wasm/*"],
    },
    install_requires=BASE,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["albert-tf=albert_tf_command:main"]},
)
