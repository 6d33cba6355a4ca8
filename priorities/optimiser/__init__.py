"""The optimiser of the annual plan: choose among candidates, ongoing and must-do projects for one or several years.

Pure: imports no Django. Amounts come in and go out as Decimal 万元 and are whole 分 (0.01 万元) inside, so that
every answer is checked exactly before it is given.

    problem      what is asked: items with their possible starting years, ceilings, growth floor, phases, load
    value        the one integer that is maximised, and its weights
    rows         the problem as named linear rows
    solver       the optimum with its proven bound
    compare      greedy and human plan beside the optimum, the price of every override
    certificate  why nothing fits, and the cheapest repairs, each verified
    frontier     value against ceiling
    margins      why an item is out, what more money buys, what a choice by hand would cost
"""

from priorities.optimiser.certificate import Clash, Repair, explain
from priorities.optimiser.compare import Override, Plan, greedy, plan_of, prices
from priorities.optimiser.frontier import Step, frontier
from priorities.optimiser.margins import Gain, Lack, forced, gains, lacks
from priorities.optimiser.problem import Growth, Item, Option, Problem
from priorities.optimiser.solver import Optimum, solve
from priorities.optimiser.value import WEIGHTS, Parts, score, strict_weights
