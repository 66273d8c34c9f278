package io.portolan.api.bench;

import io.portolan.api.sink.BenchException;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.sender.message.MessageComposer;
import java.util.Map;

/** What the campaign of a bench says: text and HTML with merge fields, filled up to a size. */
final class BenchContent {
  static final String DOMAIN = "portolan.test";

  private static final String FILLER =
      "The chart of spring shows each harbour, its depths, its lights and its tides. ";
  private static final int LINE = 72;

  /**
   * A recipient like those of {@link BenchRecipients}; no delivery and no campaign have the id 0.
   */
  static final String ADDRESS = "person.100000@bench-1.test";

  static final Map<String, Object> ATTRIBUTES =
      Map.of("first_name", "Anna", "last_name", "Keller", "city", "Hamburg", "customer", "100000");

  private static final String TEXT =
      """
      Dear {{first_name}} {{last_name}},

      the chart for {{city}} is out.
      Your number: {{customer}}
      {{unsubscribe_url}}
      """;

  private static final String HTML =
      """
      <p>Dear {{first_name}} {{last_name}},</p>
      <p>the chart for {{city}} is out.</p>
      <p>Your number: {{customer}}</p>
      <a href="{{unsubscribe_url}}">No more</a>
      """;

  private BenchContent() {}

  /**
   * Content whose messages have about so many bytes.
   *
   * @throws BenchException if header and greeting alone have more
   */
  static CampaignContent of(int bytes, MessageComposer composer) {
    int bare = size(content(""), composer);
    if (bare > bytes) {
      throw new BenchException(
          "A message has " + bare + " bytes at least; give --size " + bare + " or more.");
    }
    return content(filler(bytes - bare));
  }

  static int size(CampaignContent content, MessageComposer composer) {
    return composer.campaign(0, content).compose(0, ADDRESS, ATTRIBUTES).mail().content().length();
  }

  private static CampaignContent content(String filler) {
    return new CampaignContent(
        "Portolan Charts",
        "news@" + DOMAIN,
        "",
        "{{first_name}}, the chart for {{city}} is out",
        HTML,
        TEXT + filler,
        MissingField.EMPTY);
  }

  /** Prose of so many bytes, each end of a line counted as the two bytes that it is sent as. */
  private static String filler(int bytes) {
    StringBuilder filler = new StringBuilder();
    int column = 0;
    for (int left = bytes; left > 0; left--) {
      if (column == LINE && left > 1) {
        filler.append('\n');
        column = 0;
        left--;
      } else {
        filler.append(FILLER.charAt(filler.length() % FILLER.length()));
        column++;
      }
    }
    return filler.toString();
  }
}
