"""Boosted models as analysts build them: data and a spec in, one JSON artefact out, the same bytes every time.

scikit-learn, onnx and onnxruntime are the `train` extra; they are imported when a model is built (`build`), never by a
service.
"""
