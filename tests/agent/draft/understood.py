"""What the loader understood, in the words of the answers."""

from dataclasses import replace
from pathlib import Path

from agent.config.model import Config, NodeEntry
from agent.draft.answers import Draft, Entry, Machine


def machine(entry: NodeEntry) -> Machine:
    return Machine(entry.name, entry.address)


def as_draft(config: Config, database: str) -> Draft:
    """`database` is a comment, which nobody reads back."""
    hosts = (
        Entry(machine(each), each.roles, each.zone, each.port, each.instance, tuple(map(machine, each.nodes)))
        for each in config.hosts
    )
    key = config.rendezvous.key_file
    return Draft(
        config.site,
        tuple(hosts),
        config.requirements.dtc_to_database,
        config.rpc.dynamic_ports,
        config.rpc.fixed_ports,
        None if key is None else str(key),
        config.sso.backup_confirmed,
        database,
    )


def with_plain_path(draft: Draft) -> Draft:
    """A path has several spellings, and is the same."""
    return draft if draft.key_file is None else replace(draft, key_file=str(Path(draft.key_file)))
