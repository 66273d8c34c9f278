package io.portolan.core.database;

import io.portolan.core.CoreException;
import java.sql.SQLException;

/** PostgreSQL could not be reached or refused a statement. */
public final class DatabaseException extends CoreException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;

  public DatabaseException(String message, SQLException cause) {
    super(message + " (" + firstLine(cause) + ")", cause);
    String state = cause.getSQLState();
    sqlState = state == null ? "" : state;
  }

  /** The SQLSTATE of the failure, five characters, or empty where the driver gave none. */
  public String sqlState() {
    return sqlState;
  }

  /** Whether a row with the same unique value is there already. */
  public boolean isUniqueViolation() {
    return sqlState.equals("23505");
  }

  /** Whether a row that was referred to is not there. */
  public boolean isForeignKeyViolation() {
    return sqlState.equals("23503");
  }

  /** Whether a text holds the NUL character, which PostgreSQL cannot store. */
  public boolean isUnstorableText() {
    return sqlState.equals("22021") || sqlState.equals("22P05");
  }

  /**
   * Whether the connection failed rather than the statement, so that the same may succeed later.
   */
  public boolean isConnectionFailure() {
    // class 08: connection exception; 57P: operator intervention (shutdown, crash, starting up);
    // 53: too many connections and other want of resources; 25P03: the session was ended because it
    // was silent in a transaction, as after a process was frozen; empty: the pool gave no
    // connection
    // in time
    return sqlState.isEmpty()
        || sqlState.startsWith("08")
        || sqlState.startsWith("57P")
        || sqlState.startsWith("53")
        || sqlState.equals("25P03");
  }

  /**
   * Whether the same may succeed later though nobody changes it: the connection failed, or the
   * server was busy, gave up after its time limit, or takes no writes at this moment.
   */
  public boolean mayPass() {
    // class 40: rolled back, as after a deadlock; 55: not in the right state, as a lock that was
    // not to be had; 57: operator intervention, as a cancelled statement; 25: read-only, as on a
    // standby that is being promoted
    return isConnectionFailure()
        || sqlState.startsWith("40")
        || sqlState.startsWith("55")
        || sqlState.startsWith("57")
        || sqlState.startsWith("25");
  }

  private static String firstLine(SQLException cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no detail");
  }
}
