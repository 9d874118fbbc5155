using System.Text;
using IntunedDashboard.Execution.Runners;

namespace IntunedDashboard.Tests.Execution;

public sealed class RawOutputTests
{
    [Fact]
    public void The_mark_is_found_wherever_reads_cut_it_and_nothing_else_is_lost()
    {
        var mark = Encoding.UTF8.GetString(RawOutput.EndMark);
        var text = $"before\u001e\n{mark}after\u001eend of";
        for (var size = 1; size <= text.Length; size++)
        {
            var output = new RawOutput();
            var printed = new StringBuilder();
            var ends = 0;
            foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(size))
            {
                var (more, isEnd) = output.Read(piece);
                printed.Append(Encoding.UTF8.GetString(more));
                ends += isEnd ? 1 : 0;
            }

            printed.Append(Encoding.UTF8.GetString(output.Rest()));
            Assert.Equal("before\u001e\nafter\u001eend of", printed.ToString());
            Assert.Equal(1, ends);
        }
    }
}
