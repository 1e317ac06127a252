"""What a `metric.py` may use and what runs inside a grader: the contract, the rules of a submission, the metrics.

Everything in this package runs inside sandboxes: the standard library, numpy and pandas only.
"""
