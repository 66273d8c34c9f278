package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.Limits;
import io.portolan.core.policy.PolicyPath;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.message.Tokens.Purpose;
import io.portolan.sender.simulation.StoredMessage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is sent by a relay that takes metadata, and by no other way. */
class LaneMetadataTest extends LaneFixture {
  private static final Tokens TOKENS = new Tokens(new byte[Tokens.KEY_LENGTH]);

  @Override
  String relayHost() {
    return "smtp.postmarkapp.com";
  }

  @Test
  void tellsTheRelayTheTokenOfEachMessage() throws Exception {
    paths = List.of(RELAY_587);
    limits = new Limits(1, 100, 0);

    sender.send(batch(names(6)));

    assertThat(states()).containsOnly("accepted 1");
    List<String> texts = texts();
    assertThat(texts).hasSize(6);
    for (long delivery : deliveries()) {
      String token = TOKENS.sign(Purpose.MESSAGE_ID, delivery);
      assertThat(texts)
          .filteredOn(text -> text.startsWith("X-PM-Metadata-portolan: " + token + "\r\n"))
          .singleElement()
          .satisfies(
              text ->
                  assertThat(text)
                      .containsOnlyOnce("X-PM-Metadata-")
                      .contains("Message-ID: <" + token + "@sender.test>"));
    }
    assertThat(network.statistics().violations()).isEmpty();
  }

  @Test
  void tellsNobodyElse() throws Exception {
    policyPaths =
        Optional.of(List.of(PolicyPath.of(RELAY_587).withShare(50), PolicyPath.of(DIRECT)));
    limits = new Limits(1, 100, 0);

    sender.send(batch(names(40)));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(messages())
        .extracting(message -> message.origin().server())
        .as("both ways were taken")
        .contains(relayHost(), MX);
    assertThat(messages())
        .allSatisfy(
            message ->
                assertThat(text(message).startsWith("X-PM-Metadata-"))
                    .as(message.origin().server())
                    .isEqualTo(message.origin().server().equals(relayHost())))
        .filteredOn(message -> message.origin().server().equals(MX))
        .noneMatch(message -> text(message).contains("Metadata"));
  }

  private List<StoredMessage> messages() {
    return network.mailboxes().matching(_ -> true);
  }

  private static String text(StoredMessage message) {
    return message.content().text().orElseThrow();
  }

  private List<Long> deliveries() {
    return database.texts("SELECT id::text FROM delivery").stream().map(Long::valueOf).toList();
  }

  private List<String> texts() {
    return messages().stream().map(LaneMetadataTest::text).toList();
  }
}
