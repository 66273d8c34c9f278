package io.portolan.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.campaign.SendWindow;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  private static final String CONTENT =
      """
      {"fromName":"Shop","fromAddress":"news@shop.example","replyTo":"","subject":"Hi","html":"",\
      "text":"Hello","missingField":{"isError":false,"value":"friend"}}""";

  record Sample(int count, List<Path> paths, Optional<Instant> at, Duration delay) {}

  @Test
  void writesTheComponentsOfARecordAndNothingElse() {
    CampaignContent content =
        new CampaignContent(
            "Shop", "news@shop.example", "", "Hi", "", "Hello", new MissingField(false, "friend"));

    assertThat(Json.write(content)).isEqualTo(CONTENT);
    assertThat(Json.read(CONTENT, CampaignContent.class)).isEqualTo(content);
  }

  @Test
  void writesTimesAsTextAndEnumsInLowerCase() {
    SendWindow window =
        new SendWindow(
            Set.of(DayOfWeek.FRIDAY, DayOfWeek.MONDAY),
            LocalTime.of(9, 0),
            LocalTime.of(17, 30),
            ZoneId.of("Europe/Berlin"));

    String json = Json.write(window);

    assertThat(json)
        .isEqualTo(
            """
            {"days":["monday","friday"],"from":"09:00:00","until":"17:30:00","zone":"Europe/Berlin"}""");
    assertThat(Json.read(json, SendWindow.class)).isEqualTo(window);
  }

  @Test
  void readsBackWhatItWrote() {
    Sample sample =
        new Sample(
            3,
            List.of(new Path("direct", 25, TlsMode.OPPORTUNISTIC)),
            Optional.of(Instant.parse("2026-11-24T09:00:00.123456Z")),
            Duration.ofSeconds(90));

    String json = Json.write(sample);

    assertThat(json)
        .isEqualTo(
            """
            {"count":3,"paths":[{"route":"direct","port":25,"tls":"opportunistic","source":""}],\
            "at":"2026-11-24T09:00:00.123456Z","delay":"PT1M30S"}""");
    assertThat(Json.read(json, Sample.class)).isEqualTo(sample);
  }

  @Test
  void takesAMissingOptionalAsEmpty() {
    assertThat(Json.read("{\"count\":1,\"paths\":[],\"delay\":\"PT1S\"}", Sample.class).at())
        .isEmpty();
    assertThat(
            Json.read("{\"count\":1,\"paths\":[],\"at\":null,\"delay\":\"PT1S\"}", Sample.class)
                .at())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"count\":1,\"colour\":2,\"paths\":[],\"delay\":\"PT1S\"} | colour | is not known; known are at, count, delay, paths",
        "{\"count\":\"many\",\"paths\":[],\"delay\":\"PT1S\"} | count | must be a whole number",
        "{\"count\":\"1\",\"paths\":[],\"delay\":\"PT1S\"} | count | must be a whole number",
        "{\"count\":1.5,\"paths\":[],\"delay\":\"PT1S\"} | count | \"1.5\" is not a whole number",
        "{\"count\":null,\"paths\":[],\"delay\":\"PT1S\"} | count | is missing",
        "{\"paths\":[],\"delay\":\"PT1S\"} | count | is missing",
        "{\"count\":1,\"delay\":\"PT1S\"} | paths | is missing",
        "{\"count\":1,\"paths\":{},\"delay\":\"PT1S\"} | paths | must be a list",
        "{\"count\":1,\"paths\":[{\"route\":\"a\",\"port\":1,\"tls\":\"ssl\"}],\"delay\":\"PT1S\"}"
            + " | paths[0].tls | \"ssl\" is not one of none, opportunistic, starttls, implicit",
        "{\"count\":1,\"paths\":[{\"route\":\"a\",\"port\":0,\"tls\":\"none\",\"source\":\"\"}],\"delay\":\"PT1S\"}"
            + " | paths[0] | port is not within 1..65535: 0",
        "{\"count\":1,\"paths\":[],\"delay\":\"soon\"}"
            + " | delay | \"soon\" is not a duration such as PT15M",
        "{\"count\":1,\"paths\":[],\"at\":\"monday\",\"delay\":\"PT1S\"}"
            + " | at | \"monday\" is not an instant such as 2026-11-24T09:00:00Z",
        "{\"count\":1,\"paths\":[null],\"delay\":\"PT1S\"} | paths[0] | is null",
        "[] | document | must be an object",
        "null | document | null is no Sample",
      })
  void namesThePlaceOfWhatIsWrong(String json, String place, String reason) {
    assertThatThrownBy(() -> Json.read(json, Sample.class))
        .isInstanceOfSatisfying(
            InvalidException.class,
            refused -> assertThat(refused.problems()).containsExactly(new Problem(place, reason)));
  }

  @Test
  void refusesWhatIsNoJsonByLineAndColumn() {
    assertThatThrownBy(() -> Json.read("{\"count\":\n  oops}", Sample.class))
        .isInstanceOf(InvalidException.class)
        .hasMessageStartingWith("line 2, column ");
    assertThatThrownBy(() -> Json.read("", Sample.class)).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> Json.read("{\"count\":1,\"count\":2}", Sample.class))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("count");
    assertThatThrownBy(
            () -> Json.read("{\"count\":1,\"paths\":[],\"delay\":\"PT1S\"} {}", Sample.class))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("something follows the end of the document");
  }

  @Test
  void readsAnObjectOfUnknownFieldsInOrder() {
    assertThat(Json.readObject("{\"b\":\"1\",\"a\":[true,{\"c\":2}]}"))
        .containsExactly(Map.entry("b", "1"), Map.entry("a", List.of(true, Map.of("c", 2))));
    assertThatThrownBy(() -> Json.readObject("[1]")).isInstanceOf(InvalidException.class);
  }
}
