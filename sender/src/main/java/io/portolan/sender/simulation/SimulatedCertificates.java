package io.portolan.sender.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificates of a simulated network: one authority, made at start-up and known to nobody
 * else, and the identities of servers in all the ways they can be right or wrong.
 *
 * <p>Thread-safe.
 */
public final class SimulatedCertificates {
  private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("2120-01-01T00:00:00Z");
  private static final X500Name AUTHORITY = new X500Name("CN=Simulated network authority");
  private static final char[] PASSWORD =
      "simulated".toCharArray(); // of key stores that never leave memory

  private final SecureRandom random = new SecureRandom();
  private final KeyPair authorityKeys;
  private final X509Certificate authority;

  SimulatedCertificates() {
    authorityKeys = newKeys(); // P-256: an RSA pair would cost a tenth of a second each
    authority = issue(AUTHORITY, authorityKeys, "", authorityKeys, END);
  }

  /** The authority's certificate. */
  public X509Certificate authority() {
    return authority;
  }

  /** The authority's certificate as PEM, for clients that read their trust from a file. */
  public String authorityPem() {
    return pem(authority);
  }

  /**
   * A key and a certificate that is right for this name as PEM, for servers that read their
   * identity from a file.
   */
  public String identityPem(String name) {
    KeyPair keys = newKeys();
    return pem("PRIVATE KEY", keys.getPrivate().getEncoded())
        + pem(issue(subject(name), keys, name, authorityKeys, END));
  }

  private static String pem(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A certificate made here has an encoding", e);
    }
  }

  private static String pem(String label, byte[] content) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
  }

  /** A trust manager that trusts the authority and nobody else. */
  public X509TrustManager trustManager() {
    try {
      KeyStore store = emptyStore();
      store.setCertificateEntry("authority", authority);
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot trust the simulated authority", e);
    }
  }

  /**
   * A context for clients that trust the authority and nobody else. Checking names is the client's
   * own business.
   */
  public SSLContext clientContext() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new X509TrustManager[] {trustManager()}, random);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot make a TLS context", e);
    }
  }

  /**
   * The identity of a server whose certificate is right for this name; for another server it has
   * the wrong name.
   */
  public SSLContext identity(String name) {
    KeyPair keys = newKeys();
    return serverContext(keys, issue(subject(name), keys, name, authorityKeys, END), authority);
  }

  /** An identity with the right name, signed by nobody but itself. */
  public SSLContext selfSigned(String name) {
    KeyPair keys = newKeys();
    return serverContext(keys, issue(subject(name), keys, name, keys, END));
  }

  /** An identity with the right name whose certificate ended in 2021. */
  public SSLContext expired(String name) {
    KeyPair keys = newKeys();
    Instant end = Instant.parse("2021-01-01T00:00:00Z");
    return serverContext(keys, issue(subject(name), keys, name, authorityKeys, end), authority);
  }

  private SSLContext serverContext(KeyPair keys, Certificate... chain) {
    try {
      KeyStore store = emptyStore();
      store.setKeyEntry("server", keys.getPrivate(), PASSWORD, chain);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, random);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot make a TLS context", e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException("Nothing is read to make an empty key store", e);
    }
  }

  /**
   * @param name the DNS name the certificate is for; empty for a certificate of the authority
   */
  private X509Certificate issue(
      X500Name subject, KeyPair keys, String name, KeyPair issuer, Instant end) {
    X500Name issuerName = issuer.equals(keys) ? subject : AUTHORITY;
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuerName,
              new BigInteger(64, random).setBit(64), // positive and never zero
              Date.from(BEGIN),
              Date.from(end),
              subject,
              keys.getPublic());
      extend(builder, name);
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException("Cannot make a certificate for " + subject, e);
    }
  }

  private static void extend(X509v3CertificateBuilder builder, String name) throws CertIOException {
    boolean isAuthority = name.isEmpty();
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
    if (isAuthority) {
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    } else {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
    }
  }

  private static X500Name subject(String name) {
    return new X500Name("CN=" + name);
  }

  private KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has P-256", e);
    }
  }
}
