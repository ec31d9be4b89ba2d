"""The cellar: the only place, with `directory`, that knows SQL. One store per noun; `unit_of_work` hands them out in a transaction."""
