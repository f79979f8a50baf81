package dev.plimsoll.simulator.engine;

/**
 * The limits of an engine, with the meaning of vLLM's options of the same name.
 *
 * @param maxModelLen longest sequence in tokens, prompt and output together
 * @param maxNumBatchedTokens tokens computed in one step at most; longer prefills are split over steps
 * @param maxNumSeqs sequences in the running batch at most
 * @param blockSize tokens held by one KV cache block
 * @param numGpuBlocks KV cache blocks; one of them is vLLM's null block and never holds tokens
 * @param prefixCaching whether full blocks are found again by their content
 */
public record EngineConfig(
        int maxModelLen,
        int maxNumBatchedTokens,
        int maxNumSeqs,
        int blockSize,
        int numGpuBlocks,
        boolean prefixCaching) {

    /** Checks the limits; the cache must hold one sequence of the longest length, as vLLM demands at start. */
    public EngineConfig {
        atLeastOne("max_model_len", maxModelLen);
        atLeastOne("max_num_batched_tokens", maxNumBatchedTokens);
        atLeastOne("max_num_seqs", maxNumSeqs);
        atLeastOne("block_size", blockSize);
        if ((long) (numGpuBlocks - 1) * blockSize < maxModelLen) {
            throw new IllegalArgumentException("num_gpu_blocks=" + numGpuBlocks + " of " + blockSize
                    + " tokens cannot hold one sequence of max_model_len=" + maxModelLen
                    + " tokens (one block is reserved): raise num_gpu_blocks or lower max_model_len");
        }
        if (maxNumBatchedTokens < maxNumSeqs) {
            throw new IllegalArgumentException(
                    "max_num_batched_tokens must be >= max_num_seqs, was " + maxNumBatchedTokens + " < " + maxNumSeqs);
        }
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be >= 1, was " + value);
        }
    }
}
