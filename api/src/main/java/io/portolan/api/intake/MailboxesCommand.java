package io.portolan.api.intake;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.cli.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code portolan mailboxes}: how the mailboxes stand that are read for what came back. */
@Command(
    name = "mailboxes",
    description = "How the mailboxes stand that are read for bounces and complaints.")
public final class MailboxesCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Override
  public Integer call() {
    try (ApiClient client = remote.client()) {
      remote.show(client.get("/api/v1/mailboxes"), answer -> show(answer.path("items")));
    }
    return 0;
  }

  private void show(JsonNode mailboxes) {
    if (mailboxes.isEmpty()) {
      remote.say(
          "No mailbox has been read. Those that are to be are named in the section mailboxes of the"
              + " configuration.");
      return;
    }
    Table table = new Table("NAME", "MAILS TAKEN", "LAST READ", "BY", "STATE");
    for (JsonNode mailbox : mailboxes) {
      int failures = mailbox.path("failures").asInt();
      table.add(
          mailbox.path("name").asText(),
          mailbox.path("taken").asLong(),
          mailbox.path("succeededAt").asText("never"),
          mailbox.path("node").asText(),
          failures == 0
              ? mailbox.path("trouble").asText().isEmpty() ? "ok" : mailbox.path("trouble").asText()
              : "failed "
                  + failures
                  + " times in a row, tried again: "
                  + mailbox.path("trouble").asText());
    }
    remote.out().print(table);
  }
}
