package io.parlance.samples.batch;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other processes from the documents of an input. It ends with the process, however that
 * ends: PostgreSQL frees it with the connection, and a file of H2 belongs to one process anyway. So
 * who has it knows that executions of the job that seem to run do not.
 */
final class InputLock implements AutoCloseable {
  /** First key of the locks, so that they are no one else's. */
  private static final int KIND = 0x70617262;

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String PATIENCE = "15s";

  private final @Nullable Connection connection;

  private InputLock(@Nullable Connection connection) {
    this.connection = connection;
  }

  /**
   * Waits for the lock for some seconds, because the database may notice the end of a process
   * later.
   *
   * @throws InvalidOptionException if another process has it
   */
  static InputLock acquire(DataSource source, long input, String location) throws SQLException {
    Connection connection = source.getConnection();
    try {
      if (!connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
        connection.close();
        return new InputLock(null);
      }
      try (Statement patience = connection.createStatement();
          PreparedStatement lock = connection.prepareStatement("SELECT pg_advisory_lock(?, ?)")) {
        patience.execute("SET lock_timeout = '" + PATIENCE + "'");
        lock.setInt(1, KIND);
        lock.setInt(2, Math.toIntExact(input));
        lock.execute();
      }
      return new InputLock(connection);
    } catch (SQLException e) {
      connection.close();
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        throw new InvalidOptionException(
            "another process works on " + location + " in this database; wait for its end");
      }
      throw e;
    }
  }

  @Override
  public void close() throws SQLException {
    if (connection == null) {
      return;
    }
    try (connection;
        Statement unlock = connection.createStatement()) {
      unlock.execute("SELECT pg_advisory_unlock_all()");
      unlock.execute("RESET lock_timeout");
    }
  }
}
