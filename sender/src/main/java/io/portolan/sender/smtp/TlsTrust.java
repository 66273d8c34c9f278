package io.portolan.sender.smtp;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom TLS sessions trust: one context that verifies chain and name, one that takes any
 * certificate. The contexts are apart, so that a session resumed under the first was verified.
 * Thread-safe.
 */
public final class TlsTrust {
  private final SSLContext verifying;
  private final SSLContext accepting;

  private TlsTrust(List<X509ExtendedTrustManager> anchors) {
    verifying = context(new Verifying(anchors));
    accepting = context(new Accepting());
  }

  /** Trusts the certificate authorities that this Java platform ships. */
  public static TlsTrust ofPlatform() {
    return new TlsTrust(List.of(managerOf(null)));
  }

  /** Trusts the platform's certificate authorities and these, such as an operator's own. */
  public static TlsTrust ofPlatformAnd(Collection<X509Certificate> authorities) {
    return new TlsTrust(List.of(managerOf(null), managerOf(storeOf(authorities))));
  }

  /** The certificate for which a handshake was given up, if it was for that. */
  static Optional<PeerCertificate> refused(@Nullable Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UntrustedException untrusted) {
        return Optional.ofNullable(untrusted.certificate);
      }
    }
    return Optional.empty();
  }

  /** Sockets that verify chain and name, for whoever says that names are to be verified. */
  public SSLSocketFactory verifyingSockets() {
    return verifying.getSocketFactory();
  }

  /** The context for a session, which with {@code verified} also needs a name to check. */
  SSLContext context(boolean verified) {
    return verified ? verifying : accepting;
  }

  private static SSLContext context(TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  private static KeyStore storeOf(Collection<X509Certificate> authorities) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (X509Certificate authority : authorities) {
        store.setCertificateEntry("authority-" + store.size(), authority);
      }
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("cannot trust the certificates given", e);
    }
  }

  /** The platform's manager for a store of authorities; without a store, for its own. */
  private static X509ExtendedTrustManager managerOf(@Nullable KeyStore store) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot read the platform's certificate authorities", e);
    }
    throw new IllegalStateException("this Java platform has no X.509 trust manager");
  }

  /** The refusal of a certificate, with what it says of itself: an interceptor's name, perhaps. */
  static final class UntrustedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable PeerCertificate certificate;

    private UntrustedException(X509Certificate presented, List<CertificateException> refusals) {
      this(read(presented), refusals);
    }

    private UntrustedException(
        @Nullable PeerCertificate certificate, List<CertificateException> refusals) {
      super(
          (certificate == null ? "a certificate that cannot be encoded" : certificate.toString())
              + refusals.stream()
                  .map(refusal -> ": " + refusal.getMessage())
                  .distinct()
                  .collect(Collectors.joining()));
      this.certificate = certificate;
    }

    private static @Nullable PeerCertificate read(X509Certificate presented) {
      try {
        return PeerCertificate.of(presented);
      } catch (CertificateEncodingException e) {
        return null;
      }
    }
  }

  /** Trusts whom any of several managers trusts. Only serves clients. */
  private static final class Verifying extends X509ExtendedTrustManager {
    private final List<X509ExtendedTrustManager> managers;

    Verifying(List<X509ExtendedTrustManager> managers) {
      this.managers = managers;
    }

    @FunctionalInterface
    private interface Check {
      void by(X509ExtendedTrustManager manager) throws CertificateException;
    }

    private void anyTrusts(X509Certificate[] chain, Check check) throws UntrustedException {
      List<CertificateException> refusals = new ArrayList<>();
      for (X509ExtendedTrustManager manager : managers) {
        try {
          check.by(manager);
          return;
        } catch (CertificateException e) {
          refusals.add(e);
        }
      }
      UntrustedException refusal = new UntrustedException(chain[0], refusals);
      refusals.forEach(refusal::addSuppressed);
      throw refusal;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      anyTrusts(chain, manager -> manager.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      anyTrusts(chain, manager -> manager.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("a name must be checked too, which needs the connection");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Trusts everybody: opportunistic TLS hides mail from passers-by, it does not prove the peer. */
  private static final class Accepting extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
