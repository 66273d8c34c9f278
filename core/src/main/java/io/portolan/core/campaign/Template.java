package io.portolan.core.campaign;

import java.time.Instant;

/** Subject and bodies that several campaigns share; Handlebars templates all three. */
public record Template(long id, Settings settings, Instant createdAt, Instant updatedAt) {

  /**
   * What people write.
   *
   * @param name unique, one line
   * @param html empty for none
   * @param text empty for none
   */
  public record Settings(String name, String subject, String html, String text) {}

  public String subject() {
    return settings.subject();
  }

  public String html() {
    return settings.html();
  }

  public String text() {
    return settings.text();
  }
}
