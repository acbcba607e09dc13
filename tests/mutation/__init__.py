"""Small changes are made to the code, one at a time; a test must fail for each."""
