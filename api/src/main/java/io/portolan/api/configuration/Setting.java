package io.portolan.api.configuration;

import java.util.Locale;

/**
 * One key of the configuration as its users see it.
 *
 * @param key dotted, lower case, with hyphens, such as {@code database.pool-size}
 * @param defaultValue as it would be written; empty for none
 * @param meaning one sentence, with the unit
 */
public record Setting(String key, String defaultValue, String meaning) {

  /** The environment variable that overrides it, such as {@code PORTOLAN_DATABASE_POOL_SIZE}. */
  public String variable() {
    return "PORTOLAN_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** The part before the first dot. */
  public String section() {
    return key.substring(0, key.indexOf('.'));
  }
}
