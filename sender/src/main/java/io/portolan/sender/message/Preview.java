package io.portolan.sender.message;

import java.util.List;

/**
 * What a recipient would get, for people to look at.
 *
 * @param html empty if the campaign has none
 * @param text as written, or made from the HTML
 * @param headers decoded, in the order in which they are sent
 * @param warnings what is allowed and yet not wise, as sentences
 */
public record Preview(
    String subject, String html, String text, List<Header> headers, List<String> warnings) {
  /** One header field. */
  public record Header(String name, String value) {}

  public Preview {
    headers = List.copyOf(headers);
    warnings = List.copyOf(warnings);
  }
}
