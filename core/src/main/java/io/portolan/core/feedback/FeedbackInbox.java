package io.portolan.core.feedback;

import io.portolan.core.database.DatabaseException;
import java.time.Instant;

/**
 * Where everything that came back goes, whichever way it came: it is matched to a delivery, and
 * what follows is done, once. Thread-safe.
 */
@FunctionalInterface
public interface FeedbackInbox {
  /**
   * Takes feedback; when this returns, it is committed and may be acknowledged. The same key, taken
   * again, by whichever node, counts nothing.
   *
   * @throws DatabaseException if it could not be committed, so that whoever brought it must keep it
   */
  Receipt take(Arrival arrival);

  /**
   * Notes the key of what brought nothing to take, so that what is brought under it within two days
   * counts as a duplicate. An inbox that keeps nothing need not.
   */
  default void spend(String key, Instant at) {}
}
