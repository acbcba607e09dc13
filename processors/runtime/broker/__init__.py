"""A real Apache Kafka in a local JVM, for demos, tests and benchmarks."""
