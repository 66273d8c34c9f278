package io.portolan.api.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.access.InstallationStore;
import io.portolan.core.database.TestDatabase;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.message.Tokens.Purpose;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class FeedbackApiTest {
  private static final String MAIL =
      """
      From: MAILER-DAEMON@mx.healthy.test
      To: <b+TOKEN@bounces.test>
      Subject: Undelivered Mail Returned to Sender
      Content-Type: multipart/report; report-type=delivery-status; boundary=x

      --x
      Content-Type: text/plain

      It failed.
      --x
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.healthy.test

      Final-Recipient: rfc822; ada@healthy.test
      Action: failed
      Status: 5.1.1
      Diagnostic-Code: smtp; 550 5.1.1 no such user
      --x--
      """;

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path directory;

  @Test
  void takesAMailInHandAfterATrial() throws Exception {
    try (TestingNode node = new TestingNode(database, directory);
        ApiClient api = new ApiClient(node.url(), node.key())) {
      long delivery = delivery(api);
      String token =
          new Tokens(new InstallationStore(database.database()).tokenKey())
              .sign(Purpose.RETURN_PATH, delivery);
      String mail = MAIL.replace("TOKEN", token).replace("\n", "\r\n");

      JsonNode tried = take(api, mail, "?dryRun=true");
      assertThat(tried.path("result").asText()).isEqualTo("matched");
      assertThat(tried.path("feedback").path("effects").toString())
          .isEqualTo("[\"late-bounce\",\"suppressed\"]");
      assertThat(api.get("/api/v1/feedback").path("items")).isEmpty();
      assertThat(take(api, mail, "").path("result").asText()).isEqualTo("matched");
      assertThat(take(api, mail, "").path("result").asText()).isEqualTo("duplicate");
      assertThat(
              take(api, MAIL.replace("TOKEN", "a".repeat(32)), "?dryRun=true")
                  .path("feedback")
                  .path("effects"))
          .as("forged")
          .isEmpty();

      JsonNode detail = api.get("/api/v1/deliveries/" + delivery);
      assertThat(detail.path("delivery").path("state").asText()).isEqualTo("bounced");
      assertThat(detail.path("feedback")).hasSize(1);
      assertThat(api.get("/api/v1/feedback?kind=bounce&matched=true&source=api").path("items"))
          .hasSize(1);
      assertThat(api.get("/api/v1/feedback?matched=false").path("items")).isEmpty();
    }
  }

  private static JsonNode take(ApiClient api, String mail, String query) {
    return api.postText("/api/v1/feedback/mail" + query, mail, "message/rfc822");
  }

  private static long delivery(ApiClient api) {
    long list = api.post("/api/v1/lists", Map.of("name", "l")).path("id").asLong();
    api.post("/api/v1/lists/" + list + "/recipients", Map.of("address", "ada@healthy.test"));
    long campaign =
        api.post(
                "/api/v1/campaigns",
                Map.of(
                    "name",
                    "c",
                    "listId",
                    list,
                    "content",
                    Map.of(
                        "fromAddress", "news@sender.test", "subject", "Hi", "text", "Good day.")))
            .path("id")
            .asLong();
    return database.number(
        """
        INSERT INTO delivery (campaign_id, recipient_id, state, ended_at, address, domain, isp, platform)
        SELECT ?, id, 'accepted', now(), address, domain, 'other', 'other' FROM recipient RETURNING id
        """,
        campaign);
  }
}
