"""The bus: partitioned, keyed logs of records, over Kafka or in memory."""
