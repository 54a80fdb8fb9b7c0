"""CloudFormation: change sets, executions, events and rollbacks over the emulated services.

Read `protocol` for how a request comes in, `change_sets` and `lifecycle` for what it asks,
`difference` for what a change set says, `execution` and `rollback` for what then happens.
"""
