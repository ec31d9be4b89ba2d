"""Ids keep the order in which they were made."""

from service.database.ids import new_id


def test_ids_of_one_moment_sort_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {len(one) for one in made} == {32}
