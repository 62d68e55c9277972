"""A page around an exported file, which answers in any browser and sends nothing anywhere."""

from albert_tf.web.page import write_page

__all__ = ["write_page"]
