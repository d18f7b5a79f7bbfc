package io.parlance.samples.batch;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The tables of a job that has ended. */
record Results(Path database) {

  /** The first columns of the rows, joined by a blank. */
  List<String> query(String query) throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.add(rows.getString(i));
        }
        found.add(String.join(" ", row));
      }
      return found;
    }
  }

  void execute(String statement) throws SQLException {
    try (Connection connection = connection();
        Statement made = connection.createStatement()) {
      made.execute(statement);
    }
  }

  Connection connection() throws SQLException {
    return DriverManager.getConnection("jdbc:h2:file:" + database.toAbsolutePath(), "sa", "");
  }

  List<String> labels() throws SQLException {
    return query(
        "SELECT name, label FROM classification JOIN document ON id = document_id ORDER BY name");
  }

  List<String> skipped() throws SQLException {
    return query(
        "SELECT cause, name FROM skipped_document JOIN document ON id = document_id"
            + " ORDER BY name");
  }

  List<String> states() throws SQLException {
    return query("SELECT state, COUNT(*) FROM document GROUP BY state ORDER BY state");
  }
}
