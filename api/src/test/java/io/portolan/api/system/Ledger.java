package io.portolan.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.simulation.SimulatedMailboxes;
import io.portolan.sender.simulation.StoredMessage;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What PostgreSQL says of campaigns, read by a connection of its own for each question. */
final class Ledger {
  private static final String STATES =
      "SELECT state || ' ' || count(*) FROM delivery WHERE campaign_id = ? GROUP BY state";
  private static final String ACCEPTED =
      "SELECT count(*) FROM delivery WHERE campaign_id = ? AND state = 'accepted'";
  private static final String SUPPRESSIONS = "SELECT value FROM suppression WHERE ? = ?";

  private final String url;

  Ledger(String url) {
    this.url = url;
  }

  /** How many deliveries have ended with acceptance. */
  long accepted(long campaign) {
    return Long.parseLong(texts(ACCEPTED, campaign).getFirst());
  }

  /** All are accepted, and nobody is suppressed. */
  void allAccepted(long campaign, int recipients) {
    assertThat(texts(STATES, campaign)).containsExactly("accepted " + recipients);
    assertThat(texts(SUPPRESSIONS, campaign, campaign)).isEmpty();
  }

  /**
   * Every recipient has its message, and nobody more than one, save for copies that bear the same
   * Message-ID.
   *
   * @return how many copies there are
   */
  static int copies(SimulatedMailboxes mailboxes, List<String> recipients) {
    assertThat(mailboxes.missing(recipients)).as("lost").isEmpty();
    assertThat(mailboxes.recipients()).as("recipients").isEqualTo(recipients.size());
    int copies = 0;
    for (String recipient : mailboxes.withMoreThanOne().keySet()) {
      List<StoredMessage> held = mailboxes.of(recipient);
      Set<String> ids = new HashSet<>();
      held.forEach(message -> ids.add(message.content().messageId()));
      assertThat(ids).as("Message-IDs of what %s holds", recipient).hasSize(1);
      copies += held.size() - 1;
    }
    return copies;
  }

  private List<String> texts(String sql, long... parameters) {
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setLong(i + 1, parameters[i]);
      }
      List<String> texts = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
