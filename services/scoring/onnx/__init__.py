"""onnxruntime behind scoring's models of trees: the only place that loads it, and numpy, and only when one is live.

It is the `onnx` extra. Where it is not installed, boosted models are refused and everything else goes on.
"""
