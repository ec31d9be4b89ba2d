"""What every table of the service is made with: names of constraints, ids, and references from one table to another."""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Id = sa.String(32)


def id_column() -> "sa.Column[str]":
    """Make the id of a row."""
    return sa.Column("id", Id, primary_key=True)


def to(target: str, *, null: bool = True, name: str | None = None) -> "sa.Column[str]":
    """Make a reference to a row of *target*; the column is named after it unless *name* says otherwise."""
    return sa.Column(name or f"{target.rstrip('s')}_id", Id, sa.ForeignKey(f"{target}.id"), nullable=null)
