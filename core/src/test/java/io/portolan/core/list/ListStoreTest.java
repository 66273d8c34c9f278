package io.portolan.core.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.database.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final ListStore lists = new ListStore(postgres.database(), InstantSource.fixed(NOW));
  private final RecipientStore recipients = new RecipientStore(postgres.database());

  @Test
  void keepsWhatItWasGiven() {
    MailingList made = lists.create("customers", "all of\nthem");

    assertThat(made).isEqualTo(new MailingList(made.id(), "customers", "all of\nthem", NOW));
    assertThat(lists.get(made.id())).isEqualTo(made);
    assertThat(lists.findNamed("customers")).hasValue(made);
  }

  @Test
  void changesNameAndDescription() {
    long id = lists.create("old name", "").id();

    lists.update(id, "new name", "why");

    assertThat(lists.get(id)).isEqualTo(new MailingList(id, "new name", "why", NOW));
    assertThatThrownBy(() -> lists.update(-1, "x", "")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void refusesASecondListOfOneNameAndANameThatIsNone() {
    long other = lists.create("other", "").id();
    lists.create("taken", "");

    assertThatThrownBy(() -> lists.create("taken", ""))
        .isInstanceOf(ConflictException.class)
        .hasMessage("There is a list named \"taken\" already.");
    assertThatThrownBy(() -> lists.update(other, "taken", ""))
        .isInstanceOf(ConflictException.class);
    assertThatThrownBy(() -> lists.create(" ", "\0")).isInstanceOf(InvalidException.class);
  }

  @Test
  void givesPagesInTheOrderOfMaking() {
    long first = lists.create("page 1", "").id();
    long second = lists.create("page 2", "").id();

    Page<MailingList> page = lists.page(first - 1, 1);

    assertThat(page.items()).extracting(MailingList::id).containsExactly(first);
    assertThat(lists.page(page.next().orElseThrow(), 10).items())
        .extracting(MailingList::id)
        .contains(second);
  }

  @Test
  void deletesAListWithItsRecipients() {
    long id = lists.create("short-lived", "").id();
    recipients.add(id, EmailAddress.parse("anna@a.example"), Map.of());

    lists.delete(id);

    assertThat(lists.find(id)).isEmpty();
    assertThat(recipients.count(id)).isZero();
    assertThatThrownBy(() -> lists.delete(id)).isInstanceOf(NotFoundException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"draft", "scheduled", "running", "paused"})
  void isNotDeletedWhileACampaignUsesIt(String state) {
    long id = lists.create("used " + state, "").id();
    campaign(id, state);

    assertThatThrownBy(() -> lists.delete(id))
        .isInstanceOf(ConflictException.class)
        .hasMessageMatching("List \\d+ is used by campaign \\d+, which is " + state + "\\.");
  }

  @Test
  void isDeletedFromUnderCampaignsThatHaveEnded() {
    long id = lists.create("ended", "").id();
    campaign(id, "finished");
    campaign(id, "cancelled");

    lists.delete(id);

    assertThat(postgres.number("SELECT count(*) FROM campaign WHERE name = 'of ' || ?", id))
        .isEqualTo(2);
  }

  @Test
  void isNotDeletedWhileACancelledCampaignHasRecipientsLeftToEnd() {
    long id = lists.create("cancelled while planned", "").id();
    campaign(id, "cancelled");
    postgres.execute("UPDATE campaign SET launched_at = now() WHERE list_id = ?", id);

    assertThatThrownBy(() -> lists.delete(id))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("which is cancelled");

    postgres.execute("UPDATE campaign SET planned_at = now() WHERE list_id = ?", id);
    lists.delete(id);
  }

  @Test
  void isNotDeletedWhileAnImportRuns() {
    long id = lists.create("importing", "").id();
    postgres.execute(
        """
        INSERT INTO import_job (list_id, file_name, state, started_at)
        VALUES (?, 'f', 'running', now())
        """,
        id);

    assertThatThrownBy(() -> lists.delete(id))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("which is running");
  }

  private static void campaign(long list, String state) {
    postgres.execute(
        """
        INSERT INTO campaign (name, list_id, state, content)
        VALUES ('of ' || ?, ?, ?::campaign_state, '{}')
        """,
        list,
        list,
        state);
  }
}
