"""How a machine stands in the SSO system, in sentences; and whether it can be restarted. Pure.

compose       all sentences of a standing, each kind together
rows          those that follow from the row of the table of states
added         those that depend on more than the row
databases     what the ways to the SSO databases cost
availability  how available the master secret is
events        the events of the SSO service to expect
facts         what sentences are filled with: names, times, verdicts
restart       the answer before a restart, and why
"""
