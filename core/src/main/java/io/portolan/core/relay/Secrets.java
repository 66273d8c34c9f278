package io.portolan.core.relay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The secrets that references lead to: {@code env:NAME}, an environment variable, or {@code
 * file:PATH}, the content of a file without its last line break. The database and the logs hold
 * references alone.
 *
 * <p>Thread-safe; a file is read anew each time, so that a secret can be changed.
 */
public final class Secrets {
  /** What a reference looks like, for people. */
  static final String FORM = "as env:NAME or file:/absolute/path";

  private static final String ENV = "env:";
  private static final String FILE = "file:";
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int LONGEST = 64 * 1024;

  private final Map<String, String> environment;

  /**
   * @param environment the variables that {@code env:} references name
   */
  public Secrets(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Whether a text has the form of a reference; what it leads to may still be missing. */
  public static boolean isReference(String secretRef) {
    if (secretRef.startsWith(ENV)) {
      return NAME.matcher(secretRef.substring(ENV.length())).matches();
    }
    return secretRef.startsWith(FILE) && isAbsolute(secretRef.substring(FILE.length()));
  }

  /**
   * The secret that a reference leads to.
   *
   * @throws SecretException if there is none; the message names the reference, never a value
   */
  public String resolve(String secretRef) {
    if (!isReference(secretRef)) {
      throw new SecretException("A secret must be given " + FORM + ".");
    }
    String secret =
        secretRef.startsWith(ENV)
            ? variable(secretRef)
            : content(secretRef, Path.of(secretRef.substring(FILE.length())));
    if (secret.isEmpty()) {
      throw new SecretException("The secret " + secretRef + " is empty.");
    }
    return secret;
  }

  private String variable(String secretRef) {
    String value = environment.get(secretRef.substring(ENV.length()));
    if (value == null) {
      throw new SecretException(
          "The secret " + secretRef + " is not there: the variable is not set.");
    }
    return value;
  }

  private static String content(String secretRef, Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LONGEST + 1);
    } catch (IOException e) {
      throw new SecretException("The secret " + secretRef + " cannot be read.", e);
    }
    if (bytes.length > LONGEST) {
      throw new SecretException(
          "The secret " + secretRef + " is longer than 64 KB; is it the right file?");
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.endsWith("\n")
        ? text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1))
        : text;
  }

  private static boolean isAbsolute(String path) {
    try {
      return Path.of(path).isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
