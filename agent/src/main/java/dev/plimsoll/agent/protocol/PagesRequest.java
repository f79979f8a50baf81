package dev.plimsoll.agent.protocol;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What is to be looked up of a machine by the pages that exporters serve for it.
 *
 * @param host the machine's name, for the facts
 * @param model where the model lies there; absent: disks are not looked at
 * @param pages of it, one at least
 */
public record PagesRequest(String host, Optional<String> model, List<Page> pages) {
    /** Checks the components and copies the list. */
    public PagesRequest {
        requireNonNull(host, "host");
        pages = List.copyOf(pages);
        if (pages.isEmpty()) {
            throw new IllegalArgumentException("pages has at least one page");
        }
    }

    /** Who serves a page. */
    public enum Exporter {
        /** Prometheus' node exporter: the kernel's side. */
        NODE,
        /** NVIDIA's dcgm-exporter: GPUs and their driver. */
        DCGM
    }

    /**
     * One page.
     *
     * @param exporter who serves it
     * @param url where it is
     */
    public record Page(Exporter exporter, String url) {
        /** Checks the components. */
        public Page {
            requireNonNull(exporter, "exporter");
            requireNonNull(url, "url");
        }
    }
}
