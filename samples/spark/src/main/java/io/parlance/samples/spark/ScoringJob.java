package io.parlance.samples.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Reads documents, scores them on the executors and writes the results as Parquet.
 *
 * @param session where it runs
 * @param specification the models
 */
record ScoringJob(SparkSession session, ScoringSpecification specification) {
  private static final int PARTITIONS_OF_A_CORE = 4; // so that no core waits long for the last one

  /**
   * How many documents there were.
   *
   * @param all those that were read
   * @param failed those that have an error in place of results
   */
  record Counts(long all, long failed) {}

  /** Lines of JSON with a text and perhaps an id. */
  Dataset<Row> jsonLines(String path) {
    return session.read().schema(DocumentScoring.DOCUMENT).json(path);
  }

  /** Text files, also in folders below, each a document whose id is its path. */
  Dataset<Row> textFiles(String path) {
    return session
        .read()
        .option("wholetext", true)
        .option("recursiveFileLookup", true)
        .text(path)
        .select(
            col("_metadata.file_path").as(DocumentScoring.ID),
            col("value").as(DocumentScoring.TEXT),
            lit(null).cast("string").as(DocumentScoring.BROKEN));
  }

  /** Scores them; nothing runs before the rows are wanted. */
  Dataset<Row> score(Dataset<Row> documents) {
    int wanted = PARTITIONS_OF_A_CORE * session.sparkContext().defaultParallelism();
    Dataset<Row> spread =
        documents.javaRDD().getNumPartitions() < wanted ? documents.repartition(wanted) : documents;
    return spread.mapPartitions(
        new DocumentScoring(specification), Encoders.row(DocumentScoring.RESULT));
  }

  /**
   * Scores them and writes the rows.
   *
   * @param output a folder for Parquet files
   */
  Counts write(Dataset<Row> documents, String output, SaveMode mode) {
    score(documents).write().mode(mode).parquet(output);
    Row counts = session.read().parquet(output).agg(count(lit(1)), count(col("error"))).first();
    return new Counts(counts.getLong(0), counts.getLong(1));
  }
}
