package io.portolan.sender.message;

import io.portolan.core.address.Domain;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The private key with which a domain signs its mail. Never shows the key in {@link #toString}.
 *
 * @param domain as in the {@code d=} tag
 * @param selector as in the {@code s=} tag; the public key is published at {@code
 *     selector._domainkey.domain}
 * @param privateKey RSA of at least 1024 bits
 */
public record DkimKey(Domain domain, String selector, PrivateKey privateKey) {
  // RFC 8301 3.2
  private static final int LEAST_BITS = 1024;
  private static final int ADVISED_BITS = 2048;

  private static final Pattern SELECTOR =
      Pattern.compile(
          "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})(?:\\.[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}))*");
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  // PrivateKeyInfo of RFC 5958: version 0 and the algorithm rsaEncryption without parameters
  private static final byte[] RSA_INFO =
      HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;

  /**
   * @throws IllegalArgumentException if the selector cannot be one or the key is not RSA or too
   *     short
   */
  public DkimKey {
    if (!SELECTOR.matcher(selector).matches()) {
      throw new IllegalArgumentException(
          "\"" + selector + "\" is no DKIM selector: labels of letters, digits, - and _");
    }
    if (!(privateKey instanceof RSAPrivateKey rsa)) {
      throw new IllegalArgumentException(
          "the DKIM key "
              + selector
              + " of "
              + domain
              + " is "
              + privateKey.getAlgorithm()
              + "; only RSA is supported");
    }
    int bits = rsa.getModulus().bitLength();
    if (bits < LEAST_BITS) {
      throw new IllegalArgumentException(
          "the DKIM key "
              + selector
              + " of "
              + domain
              + " has "
              + bits
              + " bits; receivers ignore less than "
              + LEAST_BITS);
    }
  }

  /**
   * Reads a key as OpenSSL writes it: {@code BEGIN PRIVATE KEY} (PKCS #8) or {@code BEGIN RSA
   * PRIVATE KEY} (PKCS #1).
   *
   * @throws IllegalArgumentException if the text has no such key
   */
  public static DkimKey fromPem(Domain domain, String selector, String pem) {
    String name = "the DKIM key " + selector + " of " + domain;
    Matcher block = PEM.matcher(pem);
    if (!block.find()) {
      throw new IllegalArgumentException(
          name
              + (pem.contains("Proc-Type: 4,ENCRYPTED")
                  ? " is encrypted; give it without a passphrase"
                  : " is no PEM"));
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      byte[] info =
          switch (block.group(1)) {
            case "PRIVATE KEY" -> der;
            case "RSA PRIVATE KEY" -> wrapped(der);
            case "ENCRYPTED PRIVATE KEY" ->
                throw new IllegalArgumentException(
                    name + " is encrypted; give it without a passphrase");
            case "PUBLIC KEY", "RSA PUBLIC KEY" ->
                throw new IllegalArgumentException(
                    name + " is the public one; the private one signs");
            default ->
                throw new IllegalArgumentException(
                    name + " is no RSA private key but " + block.group(1));
          };
      return new DkimKey(
          domain,
          selector,
          KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(info)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(name + " cannot be read as an RSA key", e);
    }
  }

  /** The length of the key. */
  public int bits() {
    return ((RSAPrivateKey) privateKey).getModulus().bitLength();
  }

  /** Whether the key is shorter than RFC 8301 advises. */
  public boolean isShort() {
    return bits() < ADVISED_BITS;
  }

  @Override
  public String toString() {
    return selector + "._domainkey." + domain;
  }

  private static byte[] wrapped(byte[] pkcs1) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(RSA_INFO);
    writeElement(content, OCTET_STRING, pkcs1);
    ByteArrayOutputStream info = new ByteArrayOutputStream();
    writeElement(info, SEQUENCE, content.toByteArray());
    return info.toByteArray();
  }

  /** Writes an element of DER (X.690) shorter than 64 KiB. */
  private static void writeElement(ByteArrayOutputStream out, int tag, byte[] content) {
    out.write(tag);
    out.write(0x82);
    out.write(content.length >> 8);
    out.write(content.length);
    out.writeBytes(content);
  }
}
