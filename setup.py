"""Packaging: the pinned dependencies, the extras, and the `albert-tf` command."""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
version: dict = {}
exec((ROOT / "albert_tf" / "version.py").read_text("utf-8"), version)  # the one place it is stated

# What resolves together on Python 3.11 and 3.12. Unpinned, pip backtracks into versions that do not.
BASE = [
    "tensorflow==2.20.0",
    "tensorflow-text==2.20.1",
    "keras==3.15.1",
    "ai-edge-litert==2.3.0",
    "numpy>=2.0,<3",
    "safetensors>=0.5,<1",
    "h5py>=3.11,<4",
    "scikit-learn>=1.5,<2",
    "pandas>=2.2,<4",
    "rich>=13,<16",
]
MODEL_GARDEN = ["tf-models-official==2.20.0", "tf-keras==2.20.1"]
HUB = ["huggingface_hub>=0.30,<1"]
PLOTS = ["matplotlib>=3.9,<4", "tensorboard==2.20.0"]
JAX = ["jax>=0.5"]
DISTILL = ["tokenizers>=0.20,<1"]  # a BERT teacher's WordPiece; and a packaged teacher, by hand
BEAM = ["apache-beam==2.77.0"]
QUANTIZE = ["ai-edge-quantizer==0.10.0"]  # int4 weights and int8 activations
PEERS = ["keras-hub==0.32.0", "transformers==4.57.6", "onnxruntime==1.32.0", "onnx>=1.17"]
PEERS += ["sentencepiece==0.2.1"]  # later ones want a newer protobuf than TensorFlow 2.20 takes
EXTRAS = {
    "model-garden": MODEL_GARDEN,
    "quantize": QUANTIZE,
    "scale": [*JAX, *BEAM],
    "distill": DISTILL,
    "hub": HUB,
    "plots": PLOTS,
    "dev": [
        *MODEL_GARDEN,
        *HUB,
        *PLOTS,
        *JAX,
        *BEAM,
        *DISTILL,
        *QUANTIZE,
        *PEERS,
        "pytest>=8",
        "pytest-xdist>=3.6",
        "filelock>=3.12",  # for what its workers share
        "hypothesis>=6.100",
        "ruff>=0.9",
        "mypy>=1.13,<3",
        "setuptools>=77",  # tests build the wheel without asking an index
        "wheel",
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
    python_requires=">=3.11,<3.13",
    packages=[
        *find_packages(include=["albert_tf", "albert_tf.*"]),
        "albert_tf.export",
        "albert_tf.configs",
        "albert_tf.configs.distillation",
        "albert_tf.configs.models",
        "albert_tf.configs.pretraining",
        "albert_tf.configs.recipes",
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
        ],
        "albert_tf.tokenizer": ["assets/*"],
        "albert_tf.tasks": ["assets/*"],
    },
    install_requires=BASE,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["albert-tf=albert_tf_command:main"]},
)
