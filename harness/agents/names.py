"""The names and families of the baselines, apart from their code: that one runs inside sandboxes only."""

BASELINES = {
    "constant": ("constant", "The mean, the majority or the base rates."),
    "linear": ("linear", "Ridge or logistic regression on scaled numbers and one-hot categories."),
    "neighbours": ("neighbours", "The 15 nearest training rows, weighted by distance."),
    "tree": ("trees", "One decision tree of moderate depth."),
    "forest": ("trees", "A random forest of 120 trees."),
    "boosting": ("boosting", "Gradient boosting on histograms."),
    "blend": ("ensembles", "The mean of linear, forest and boosting."),
    "stacking": ("ensembles", "Features by skrub; linear, extra trees and boosting weighted out of fold."),
}
