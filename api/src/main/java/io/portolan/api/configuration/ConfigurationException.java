package io.portolan.api.configuration;

/**
 * A setting that stops the start. The message names the place, the value and what would be right.
 */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message);
  }
}
