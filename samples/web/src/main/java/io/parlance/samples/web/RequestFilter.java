package io.parlance.samples.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Headers that keep the page to itself, and a bound for what is read of a body. */
@Component
final class RequestFilter extends OncePerRequestFilter {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final long maximumBytes;

  RequestFilter(WebLimits limits) {
    this.maximumBytes = limits.body().toBytes();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    if (request.getRequestURI().startsWith("/api")) {
      response.setHeader("Cache-Control", "no-store");
    }
    chain.doFilter(new BoundedRequest(request, maximumBytes), response);
  }

  /** More was sent than is read. */
  static final class BodyTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    BodyTooLargeException(long maximum) {
      super("the body has more than the %,d bytes that are taken".formatted(maximum));
    }
  }

  private static final class BoundedRequest extends HttpServletRequestWrapper {
    private final long maximum;

    BoundedRequest(HttpServletRequest request, long maximum) {
      super(request);
      this.maximum = maximum;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      if (getContentLengthLong() > maximum) {
        throw new BodyTooLargeException(maximum);
      }
      return new BoundedStream(super.getInputStream(), maximum);
    }
  }

  /** Counts, because a chunked body does not say how long it is. */
  private static final class BoundedStream extends ServletInputStream {
    private final ServletInputStream in;
    private final long maximum;
    private long read;

    BoundedStream(ServletInputStream in, long maximum) {
      this.in = in;
      this.maximum = maximum;
    }

    private int count(int bytes) throws IOException {
      read += Math.max(0, bytes);
      if (read > maximum) {
        throw new BodyTooLargeException(maximum);
      }
      return bytes;
    }

    @Override
    public int read() throws IOException {
      int found = in.read();
      count(found < 0 ? 0 : 1);
      return found;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return count(in.read(bytes, offset, length));
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }
  }
}
