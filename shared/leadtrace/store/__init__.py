"""PostgreSQL: engine, migrations, and the tables that every service keeps alike."""
