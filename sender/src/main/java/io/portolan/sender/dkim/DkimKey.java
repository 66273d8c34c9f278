package io.portolan.sender.dkim;

import io.portolan.core.address.Domain;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/**
 * The private key with which a domain signs its mail. Never shows the key in {@link #toString}.
 *
 * @param domain as in the {@code d=} tag
 * @param selector as in the {@code s=} tag; the public key is published at {@code
 *     selector._domainkey.domain}
 * @param privateKey RSA of at least 1024 bits, or Ed25519
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
  // the same of Ed25519 (RFC 8410 section 7), up to the key's own octets
  private static final byte[] ED25519_INFO =
      HexFormat.of().parseHex("302e020100300506032b657004220420");
  private static final int ED25519_BYTES = 32;

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;

  /**
   * @throws IllegalArgumentException if the selector cannot be one, or the key is too short or
   *     neither RSA nor Ed25519
   */
  public DkimKey {
    if (!SELECTOR.matcher(selector).matches()) {
      throw new IllegalArgumentException(
          "\"" + selector + "\" is no DKIM selector: labels of letters, digits, - and _");
    }
    if (!(privateKey instanceof RSAPrivateKey) && !isEd25519(privateKey)) {
      throw new IllegalArgumentException(
          "the DKIM key "
              + selector
              + " of "
              + domain
              + " is "
              + privateKey.getAlgorithm()
              + "; only RSA and Ed25519 are supported");
    }
    int bits = bits(privateKey);
    if (privateKey instanceof RSAPrivateKey && bits < LEAST_BITS) {
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
   * PRIVATE KEY} (PKCS #1), which is RSA.
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
                    name + " is no private key of RSA or Ed25519 but " + block.group(1));
          };
      return new DkimKey(domain, selector, privateKey(info));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(name + " cannot be read as a key of RSA or Ed25519", e);
    }
  }

  private static PrivateKey privateKey(byte[] info) throws GeneralSecurityException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(info);
    boolean isEd25519 =
        info.length == ED25519_INFO.length + ED25519_BYTES
            && Arrays.equals(info, 0, ED25519_INFO.length, ED25519_INFO, 0, ED25519_INFO.length);
    return KeyFactory.getInstance(isEd25519 ? "Ed25519" : "RSA").generatePrivate(spec);
  }

  private static boolean isEd25519(PrivateKey key) {
    return key instanceof EdECPrivateKey curve
        && curve.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
  }

  private static int bits(PrivateKey key) {
    return key instanceof RSAPrivateKey rsa ? rsa.getModulus().bitLength() : 8 * ED25519_BYTES;
  }

  /** How it signs. */
  public DkimAlgorithm algorithm() {
    return privateKey instanceof RSAPrivateKey ? DkimAlgorithm.RSA : DkimAlgorithm.ED25519;
  }

  /** The length of the key. */
  public int bits() {
    return bits(privateKey);
  }

  /** Whether the key is shorter than RFC 8301 advises. */
  public boolean isShort() {
    return algorithm() == DkimAlgorithm.RSA && bits() < ADVISED_BITS;
  }

  /**
   * The public key as its record has it in {@code p=}, decoded; empty for an RSA key that does not
   * tell it. An Ed25519 key is published without the wrapping that RSA has (RFC 8463 section 4).
   */
  public Optional<byte[]> publicKey() {
    try {
      return switch (privateKey) {
        case RSAPrivateCrtKey rsa ->
            Optional.of(
                KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()))
                    .getEncoded());
        case EdECPrivateKey curve ->
            Optional.of(
                new Ed25519PrivateKeyParameters(curve.getBytes().orElseThrow(), 0)
                    .generatePublicKey()
                    .getEncoded());
        default -> Optional.empty();
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
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
