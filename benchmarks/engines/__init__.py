"""What runs a file: one engine a module, each with its `LIBRARIES` and an `Engine`, for a process of its own.

These modules import nothing of albert_tf or TensorFlow, whose memory would drown the model's, and so they run in the
environments of other packages as well.
"""
