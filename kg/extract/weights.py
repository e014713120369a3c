"""How much each feature of an antecedent counts (`kg.extract.antecedents`), one column for each kind of anaphor: a table and no code.

Fitted as softmax over the candidates and "none of them", with a normal prior. The features without the model were weighed on 8,309 nominals
and pronouns of the training parts of our stories and news, whose pairs the model has learnt by heart; the model's own belief, all
features together and the bias were then weighed against each other on 1,752 of the folds, which it has not seen (November 2026).
With the latter from four fifths of the folds, the right antecedent comes first in the last fifth in 1,059 of 1,177 cases and not 1,047
("it" 129 and not 125 of 140, groups' nominals 120 and not 115 of 148), and what is joined there at all is chosen better: F1 of facts 0.566
and not 0.562 at a precision of 0.648 and not 0.640, CoNLL 0.718 and not 0.714.
"""

from __future__ import annotations

__all__ = ["BELIEF", "BIAS", "LEAST", "SURE", "WEIGHTS"]

LEAST = 0.05  # what the model must believe of a pair for it to count at all
# fmt: off
# columns:  he, I, we, it, they, nominals of groups, of people, of places
SURE = (0.35, 0.35, 0.50, 0.50, 0.50, 0.50, 0.35, 0.35)  # the probability at which an anaphor is joined to what it means
BIAS = (0.99, -0.81, -0.62, -0.51, -0.69, -0.07, -1.16, 0.20)
BELIEF = (0.71, 0.67, 0.28, 0.73, 0.64, 0.59, 0.77, 0.97)  # of the model, by its log-odds
WEIGHTS = {
    "same sentence": (-0.13, 0.11, -0.07, 0.17, 0.21, -0.59, -0.16, -0.03),
    "sentences apart": (-0.51, -0.17, -0.11, -0.64, -0.31, -0.37, -0.19, -0.15),
    "rivals": (-0.18, -0.16, -0.01, -0.13, -0.12, 0.02, -0.14, -0.03),
    "named": (0.45, 0.59, 0.05, 0.41, -0.07, -0.19, 0.63, -0.49),
    "leads": (0.11, 0.30, 0.06, 0.32, 0.15, -0.08, 0.08, 0.25),
    "size": (0.11, 0.09, 0.07, 0.04, 0.24, 0.23, 0.11, 0.37),
    "from the start": (0.05, 0.57, 0.05, 0.15, 0.12, 0.27, 0.53, 0.51),
    "nested": (0.09, -0.19, 0.05, -0.19, -0.08, -0.25, -0.63, -0.03),
    "last is pronoun": (0.08, 0.32, 0.07, -0.05, 0.11, 0.07, 0.00, 0.15),
    "same gender": (0.13, 0.00, 0.00, 0.00, 0.00, 0.00, 0.22, 0.00),
    "speaks": (-0.52, 0.25, 0.10, 0.01, -0.29, 0.00, 0.00, 0.00),
    "polity": (0.00, 0.00, -0.07, -0.29, 0.00, -0.35, 0.00, 0.00),
    "other number": (0.00, 0.00, 0.00, -0.11, -0.04, -0.37, 0.00, 0.00),
    "same number": (0.00, 0.00, 0.00, 0.25, 0.24, 0.00, 0.00, 0.00),
    "so called before": (0.16, 0.63, 0.17, 0.24, 0.17, 0.00, 0.00, 0.00),
    "last is plural": (0.00, 0.00, 0.00, -0.35, 0.00, 0.00, 0.00, 0.00),
    "object of its clause": (-0.63, 0.00, 0.00, -0.63, -0.51, 0.00, 0.00, 0.00),
    "owner in its clause": (0.26, 0.00, 0.00, 0.31, 0.19, 0.00, 0.00, 0.00),
    "same head": (0.00, 0.00, 0.00, 0.00, 0.00, 1.51, 1.11, 1.35),
    "other head": (0.00, 0.00, 0.00, 0.00, 0.00, -0.66, -0.29, -0.64),
    "head in name": (0.00, 0.00, 0.00, 0.00, 0.00, 0.78, 0.17, 1.00),
    "modifier not in name": (0.00, 0.00, 0.00, 0.00, 0.00, -0.44, 0.05, -0.51),
    "beside": (0.00, 0.00, 0.00, 0.00, 0.00, 1.19, 0.96, 1.34),
}
# fmt: on
