using System.Text.Json;
using IntunedDashboard.Platform;

namespace IntunedDashboard.Execution;

/// <summary>
/// The call <c>human.request</c> of one attempt. Its time limit stands still meanwhile. What the person sees is redacted first, and
/// what the person types counts as a secret before the automation gets it.
/// </summary>
internal sealed class HumanCall(AttemptDeadline deadline, HumanCall.IAttempt attempt) : IWaitingAttempt
{
    /// <summary>Code of the refusal when nobody answered in time.</summary>
    public const string TimedOut = "human-request-timed-out";

    public const string Declined = "human-request-declined";

    private int _isWaiting;
    private int _isPresent;

    /// <summary>What it needs of the attempt. Called from any thread.</summary>
    public interface IAttempt
    {
        string Redact(string text);

        void Learn(IReadOnlyCollection<string> values);

        /// <summary>For the attempt's log.</summary>
        void Say(string text);

        /// <summary>Tells the runner whether a person has the browser.</summary>
        void SetPresent(bool isPresent);

        /// <summary>For the attempt's timeline, when the wait is over.</summary>
        void Waited(DateTimeOffset since, string outcome);
    }

    void IWaitingAttempt.Learn(IReadOnlyCollection<string> typed) => attempt.Learn(typed);

    void IWaitingAttempt.Say(string text) => attempt.Say(text);

    void IWaitingAttempt.SetPresent(bool isPresent) => SetPresent(isPresent);

    /// <returns>JSON of the answer.</returns>
    public async Task<string> AskAsync(IAttemptServices services, JsonElement arguments, TimeProvider time, CancellationToken cancellationToken)
    {
        var question = HumanQuestion.Read(arguments);
        if (Interlocked.Exchange(ref _isWaiting, 1) == 1)
        {
            throw RequestException.Conflict("The attempt waits for a person already; ask one thing after the other.");
        }

        var since = time.GetUtcNow();
        var outcome = "ended";
        deadline.Pause();
        try
        {
            var shown = Redacted(question);
            attempt.Say($"Waiting for a person: {shown.Message}");
            var reply = await services.AskPersonAsync(shown, this, cancellationToken);
            outcome = reply.Outcome switch
            {
                HumanOutcome.Answered => "answered",
                HumanOutcome.Declined => "declined",
                _ => "nobody answered",
            };
            return reply.Outcome switch
            {
                HumanOutcome.Answered => JsonSerializer.Serialize(Accept(question, shown, reply)),
                HumanOutcome.Declined => throw RequestException.Conflict($"A person declined: {shown.Message}", Declined),
                _ => throw RequestException.Conflict($"Nobody answered within {Words(question.Timeout)}: {shown.Message}", TimedOut),
            };
        }
        finally
        {
            SetPresent(false);
            deadline.Resume();
            Volatile.Write(ref _isWaiting, 0);
            attempt.Waited(since, outcome);
        }
    }

    private void SetPresent(bool isPresent)
    {
        if (Interlocked.Exchange(ref _isPresent, isPresent ? 1 : 0) != (isPresent ? 1 : 0))
        {
            attempt.SetPresent(isPresent);
        }
    }

    private HumanQuestion Redacted(HumanQuestion question)
    {
        var fields = question.Fields.Select(field => field with
        {
            Label = attempt.Redact(field.Label),
            Choices = [.. field.Choices.Select(attempt.Redact)],
        }).ToList();
        return fields.FirstOrDefault(f => f.Choices.Distinct(StringComparer.Ordinal).Count() < f.Choices.Count) is { } alike
            ? throw RequestException.Invalid("fields", $"The choices of {alike.Name} look alike without the credentials in them.")
            : question with { Message = attempt.Redact(question.Message), Fields = fields };
    }

    private Dictionary<string, string> Accept(HumanQuestion question, HumanQuestion shown, HumanReply reply)
    {
        attempt.Learn([.. question.Fields.Where(f => f.Type != HumanFieldType.Choice).Select(f => reply.Values[f.Name])]);
        return question.Fields.Zip(shown.Fields).ToDictionary(
            pair => pair.First.Name,
            pair => pair.First.Type == HumanFieldType.Choice
                ? pair.First.Choices[pair.Second.Choices.ToList().IndexOf(reply.Values[pair.First.Name])]
                : reply.Values[pair.First.Name],
            StringComparer.Ordinal);
    }

    private static string Words(TimeSpan time) => time.TotalSeconds < 120 || time.Seconds != 0
        ? $"{time.TotalSeconds:0.#} seconds"
        : $"{time.TotalMinutes:0} minutes";
}
