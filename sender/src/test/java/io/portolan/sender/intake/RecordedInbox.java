package io.portolan.sender.intake;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.FeedbackInbox;
import io.portolan.core.feedback.Receipt;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An inbox in memory, whose database can be away. Thread-safe. */
public final class RecordedInbox implements FeedbackInbox {
  private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();
  private final Set<String> keys = ConcurrentHashMap.newKeySet();
  private volatile boolean isAway;

  @Override
  public Receipt take(Arrival arrival) {
    if (isAway) {
      throw new DatabaseException("away", new SQLException("no connection", "08006"));
    }
    arrivals.add(arrival);
    return keys.add(arrival.key()) ? new Receipt.Unmatched() : new Receipt.Duplicate();
  }

  @Override
  public void spend(String key, Instant at) {
    keys.add(key);
  }

  /** Everything that was committed, duplicates too. */
  public List<Arrival> arrivals() {
    return List.copyOf(arrivals);
  }

  public void away(boolean away) {
    isAway = away;
  }
}
