"""Write what Spark's views show beside its tables, so that they can be compared like them.

    python -m tests.spark.views <folder of the session>

Reads the catalogue the build left; nothing else may have it open.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(folder: Path) -> None:
    """Each view of the models as `tables/<schema>.db/<view>/`."""
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.enableHiveSupport()
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(folder / "tables"))
        .config(
            "spark.hadoop.javax.jdo.option.ConnectionURL",
            f"jdbc:derby:;databaseName={folder / 'catalogue'}",
        )
        .config("spark.driver.extraJavaOptions", f"-Dderby.stream.error.file={folder}/derby.log")
        .config("spark.log.level", "ERROR")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")  # as the build has it
        .config("spark.sql.ansi.enabled", "false")
        .getOrCreate()
    )
    for view in session.sql("show views in intermediate").collect():
        rows = session.table(f"intermediate.{view.viewName}")
        rows.write.mode("overwrite").parquet(f"{folder}/tables/intermediate.db/{view.viewName}")
    session.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
