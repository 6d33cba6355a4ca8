"""Section 8.3 as code, pure: facts, three-valued logic, the criteria, rule sets, assessment, advice, `screen`.

Read plan_2006.py beside the plan. Nothing here imports Django, reads a clock or a database.
"""
